// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension CentralSchema {
    /// What stations may do: functions that run with the owner's rights.
    ///
    /// Stations can add records, and neither change nor remove one; whatever their program does, the same is checked.
    static let functions = """
        CREATE FUNCTION extflash.known_station(p_station text, p_key text) RETURNS extflash.station
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            DECLARE s extflash.station;
            BEGIN
                SELECT * INTO s FROM station WHERE name = p_station FOR UPDATE;
                IF NOT FOUND THEN
                    INSERT INTO station (name, public_key) VALUES (p_station, p_key) ON CONFLICT DO NOTHING;
                    SELECT * INTO s FROM station WHERE name = p_station FOR UPDATE;
                END IF;
                IF s.public_key <> p_key THEN
                    RAISE EXCEPTION 'the station has another key' USING ERRCODE = 'XF001', DETAIL = p_station;
                END IF;
                RETURN s;
            END $$;

        CREATE FUNCTION extflash.greet(p_station text, p_key text)
            RETURNS TABLE (central text, sequence bigint, hash text)
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            DECLARE s extflash.station;
            BEGIN
                s := known_station(p_station, p_key);
                UPDATE station SET last_seen = now() WHERE name = p_station;
                RETURN QUERY SELECT c.name::text, s.sequence, encode(s.hash, 'hex') FROM extflash.central AS c;
            END $$;

        -- Every field with its length before it, as the station's own chain has it.
        CREATE FUNCTION extflash.entry_hash(
            p_previous bytea, p_sequence bigint, p_kind text, p_unit text, p_body text
        ) RETURNS bytea LANGUAGE sql IMMUTABLE SET search_path = extflash, pg_temp AS $$
            SELECT sha256(convert_to(string_agg(octet_length(field) || ':' || field, '' ORDER BY n), 'UTF8'))
            FROM unnest(ARRAY[encode(p_previous, 'hex'), p_sequence::text, p_kind, p_unit, p_body])
                WITH ORDINALITY AS fields (field, n)
        $$;

        CREATE FUNCTION extflash.moment(p_text text) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$
            BEGIN RETURN p_text::timestamptz; EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;

        CREATE FUNCTION extflash.note_unit(
            p_station text, p_sequence bigint, p_kind text, p_unit text, p_body text
        ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            DECLARE
                -- U+0000 is no character of the server's texts.
                body jsonb := replace(p_body, '\\u0000', '\\ufffd')::jsonb;
            BEGIN
                IF p_kind = 'opened' THEN
                    INSERT INTO unit (station, unit, opened, slot, recipe, batch, work_order, started)
                    VALUES (p_station, p_unit, p_sequence, body ->> 'slot', body -> 'recipe' ->> 'hash',
                        body ->> 'batch', body ->> 'workOrder', moment(body ->> 'startedAt'));
                    INSERT INTO identity (value, kind, name, station, unit)
                    SELECT value, 'pool', key, p_station, p_unit FROM jsonb_each_text(body -> 'serials')
                    UNION SELECT value, 'field', key, p_station, p_unit FROM jsonb_each_text(body -> 'fields')
                        WHERE octet_length(value) <= 512;
                ELSE
                    UPDATE unit SET closed = p_sequence, ended = moment(body ->> 'endedAt'),
                        verdict = body ->> 'verdict', code = body -> 'error' ->> 'code'
                    WHERE station = p_station AND unit = p_unit;
                END IF;
            END $$;

        CREATE FUNCTION extflash.publish(
            p_station text, p_key text, p_first bigint, p_entries jsonb, p_signature text
        ) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            DECLARE
                s extflash.station;
                entry record;
                number bigint := p_first - 1;
                before bigint;
            BEGIN
                s := known_station(p_station, p_key);
                before := s.sequence;
                FOR entry IN
                    SELECT e ->> 'kind' AS kind, e ->> 'unit' AS unit, e ->> 'body' AS body, decode(e ->> 'hash', 'hex') AS hash
                    FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS entries (e, n) ORDER BY n
                LOOP
                    number := number + 1;
                    IF number <= s.sequence THEN
                        -- Sent before: its answer was lost.
                        PERFORM FROM record WHERE station = p_station AND sequence = number AND hash = entry.hash;
                        IF NOT FOUND THEN
                            RAISE EXCEPTION 'there is another record of that number'
                                USING ERRCODE = 'XF002', DETAIL = p_station || ' ' || number;
                        END IF;
                        CONTINUE;
                    END IF;
                    IF number <> s.sequence + 1 THEN
                        RAISE EXCEPTION 'a record is missing'
                            USING ERRCODE = 'XF003', DETAIL = p_station || ' ' || number;
                    END IF;
                    IF entry_hash(s.hash, number, entry.kind, entry.unit, entry.body) IS DISTINCT FROM entry.hash THEN
                        RAISE EXCEPTION 'the record does not have its hash'
                            USING ERRCODE = 'XF004', DETAIL = p_station || ' ' || number;
                    END IF;
                    INSERT INTO record (station, sequence, kind, unit, body, hash)
                    VALUES (p_station, number, entry.kind, entry.unit, entry.body, entry.hash);
                    PERFORM note_unit(p_station, number, entry.kind, entry.unit, entry.body);
                    s.sequence := number;
                    s.hash := entry.hash;
                END LOOP;
                IF s.sequence > before THEN
                    INSERT INTO signed_head VALUES (p_station, s.sequence, p_signature);
                    UPDATE station SET sequence = s.sequence, hash = s.hash, last_seen = now() WHERE name = p_station;
                END IF;
                RETURN s.sequence;
            END $$;

        """

    static let imageFunctions = """
        CREATE FUNCTION extflash.push_recipe(p_name text, p_text text, p_person text) RETURNS void
            LANGUAGE sql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            INSERT INTO recipe (hash, name, text, pushed_by)
            VALUES (sha256(convert_to(p_text, 'UTF8')), p_name, p_text, p_person) ON CONFLICT DO NOTHING
        $$;

        -- Of an image that is known already nothing is replaced.
        CREATE FUNCTION extflash.push_piece(p_hash text, p_piece integer, p_bytes bytea) RETURNS void
            LANGUAGE sql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            INSERT INTO image_piece (hash, piece, bytes)
            SELECT decode(p_hash, 'hex'), p_piece, p_bytes
            WHERE octet_length(p_bytes) BETWEEN 1 AND 1048576
                AND NOT EXISTS (SELECT FROM image WHERE hash = decode(p_hash, 'hex'))
            ON CONFLICT (hash, piece) DO UPDATE SET bytes = excluded.bytes
        $$;

        -- True when all of it is there; its hash is looked at by whoever pulls it.
        CREATE FUNCTION extflash.finish_image(p_hash text, p_name text, p_size bigint, p_person text) RETURNS boolean
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = extflash, pg_temp AS $$
            DECLARE wanted bytea := decode(p_hash, 'hex');
            BEGIN
                IF EXISTS (SELECT FROM image WHERE hash = wanted) THEN RETURN true; END IF;
                DELETE FROM image_piece WHERE hash = wanted AND piece >= (p_size + 1048575) / 1048576;
                IF (SELECT sum(octet_length(bytes)) FROM image_piece WHERE hash = wanted) IS DISTINCT FROM p_size
                    THEN RETURN false;
                END IF;
                INSERT INTO image (hash, name, size, pushed_by) VALUES (wanted, p_name, p_size, p_person)
                    ON CONFLICT DO NOTHING;
                RETURN true;
            END $$;

        """
}
