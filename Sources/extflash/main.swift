print("extflash")
