print("patchbayd")
