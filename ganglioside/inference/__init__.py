"""The one model that decides: every feature is explained in exactly one way.

Features of one name and sample arise from five processes, each with an intensity over RT: the
species itself on a line of its series (at most one feature a line), a fragment of a co-eluting
parent, an artefact of a co-eluting species, either of these from a parent whose own row is
missing, or chance. A feature's posterior is its process' share of the intensity at its RT. Lines,
widths and rates are re-estimated from these shares until stable (expectation and maximisation).
A feature never judges itself: its prediction leaves out its own share in the curve.
"""
