print("paritty")
