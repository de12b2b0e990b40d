"""The rules: each turns observations into evidence; `ganglioside.inference` weighs it all."""
