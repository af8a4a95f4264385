print("varve-bench")
