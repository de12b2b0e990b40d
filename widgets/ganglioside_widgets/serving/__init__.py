"""The web servers: who is let in, what their pages may do, and how many kernels they start."""
