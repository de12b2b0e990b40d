"""The web servers: who may enter, what their pages may do, and how many kernels they start."""
