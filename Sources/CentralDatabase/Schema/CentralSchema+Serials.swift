// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension CentralSchema {
    static let serialFunctions = """
        -- The pool's row is locked first, so that leases of one pool are given one after the other.
        CREATE FUNCTION extflash.lease(p_station text, p_key text, p_pool text, p_request text)
            RETURNS TABLE (
                kind text, first bigint, step bigint, last bigint, block bigint, lease_position bigint, lease_count bigint
            ) LANGUAGE plpgsql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            #variable_conflict use_column
            DECLARE
                p extflash.pool;
                l extflash.lease;
                f extflash.free_range;
                amount bigint;
                start bigint;
            BEGIN
                PERFORM known_station(p_station, p_key);
                SELECT * INTO p FROM pool WHERE name = p_pool FOR UPDATE;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'there is no such pool' USING ERRCODE = 'XF005', DETAIL = p_pool;
                END IF;
                -- Asked before: its answer was lost.
                SELECT * INTO l FROM extflash.lease WHERE request = p_request AND station = p_station AND pool = p_pool;
                IF NOT FOUND THEN
                    SELECT * INTO f FROM free_range WHERE pool = p_pool ORDER BY position LIMIT 1;
                    IF FOUND THEN
                        start := f.position;
                        amount := least(f.count, p.block);
                        DELETE FROM free_range WHERE pool = p_pool AND position = start;
                        IF f.count > amount THEN
                            INSERT INTO free_range VALUES (p_pool, start + amount, f.count - amount);
                        END IF;
                    ELSE
                        start := p.next;
                        amount := least(p.block, (p.last - p.first) / p.step + 1 - p.next);
                        IF amount <= 0 THEN
                            RAISE EXCEPTION 'every value is leased' USING ERRCODE = 'XF006', DETAIL = p_pool;
                        END IF;
                        UPDATE pool SET next = start + amount WHERE name = p_pool;
                    END IF;
                    INSERT INTO extflash.lease (request, pool, station, position, count)
                    VALUES (p_request, p_pool, p_station, start, amount) RETURNING * INTO l;
                END IF;
                RETURN QUERY SELECT p.kind, p.first, p.step, p.last, p.block, l.position, l.count;
            END $$;

        -- A lease that is not known any more was given before the database was put back from an older copy.
        CREATE FUNCTION extflash.restore_lease(p_station text, p_request text, p_pool text, p_position bigint, p_count bigint)
            RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            DECLARE other extflash.lease;
            BEGIN
                SELECT * INTO other FROM lease AS l
                WHERE l.pool = p_pool AND l.position < p_position + p_count
                    AND p_position < l.position + CASE WHEN l.returned THEN l.given ELSE l.count END LIMIT 1;
                IF FOUND THEN
                    RAISE EXCEPTION 'positions % to % and those of station %', p_position, p_position + p_count - 1, other.station
                        USING ERRCODE = 'XF007', DETAIL = p_pool;
                END IF;
                DELETE FROM free_range
                WHERE pool = p_pool AND position < p_position + p_count AND p_position < position + count;
                UPDATE pool SET next = greatest(next, p_position + p_count) WHERE name = p_pool;
                INSERT INTO lease (request, pool, station, position, count)
                VALUES (p_request, p_pool, p_station, p_position, p_count);
            END $$;

        CREATE FUNCTION extflash.account(p_station text, p_key text, p_leases jsonb) RETURNS void
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            DECLARE
                a record;
                l extflash.lease;
            BEGIN
                PERFORM known_station(p_station, p_key);
                FOR a IN
                    SELECT * FROM jsonb_to_recordset(p_leases) AS leases (
                        request text, pool text, "position" bigint, count bigint, given bigint, "isReturned" boolean)
                    ORDER BY pool, "position"
                LOOP
                    PERFORM FROM pool WHERE name = a.pool FOR UPDATE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'there is no such pool' USING ERRCODE = 'XF005', DETAIL = a.pool;
                    END IF;
                    PERFORM FROM lease WHERE request = a.request;
                    IF NOT FOUND THEN
                        PERFORM restore_lease(p_station, a.request, a.pool, a.position, a.count);
                    END IF;
                    SELECT * INTO l FROM lease WHERE request = a.request AND station = p_station;
                    CONTINUE WHEN NOT FOUND OR l.returned;
                    UPDATE lease SET given = greatest(given, a.given), returned = a."isReturned"
                    WHERE request = a.request RETURNING * INTO l;
                    IF l.returned AND l.count > l.given THEN
                        INSERT INTO free_range VALUES (l.pool, l.position + l.given, l.count - l.given);
                    END IF;
                END LOOP;
            END $$;

        -- The same pool again changes nothing.
        CREATE FUNCTION extflash.create_pool(
            p_name text, p_kind text, p_first bigint, p_step bigint, p_last bigint, p_block bigint
        ) RETURNS void LANGUAGE plpgsql SET search_path = extflash, pg_temp AS $$
            BEGIN
                INSERT INTO pool (name, kind, first, step, last, block)
                VALUES (p_name, p_kind, p_first, p_step, p_last, p_block) ON CONFLICT DO NOTHING;
                PERFORM FROM pool WHERE name = p_name AND kind = p_kind AND first = p_first AND step = p_step
                    AND last = p_last;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'the pool is another' USING ERRCODE = 'XF009', DETAIL = p_name;
                END IF;
                UPDATE pool SET block = p_block WHERE name = p_name;
            END $$;

        """
}
