"""How does a mail made of blocks become MJML?

A block is a frozen model; one module a kind. A tree of them is written as MJML by a pure function: the same tree gives
the same text, and every value is escaped for the place where it stands.

- `base`: what all blocks share, and the pen that writes
- `tree`: all kinds, and reading what was stored
- `editing`: a tree with a block more, less, or elsewhere
- `writing`: a tree becomes MJML, and every line knows its block
- `places`: what may stand in a text, an attribute, an address
- `richtext`: the few tags of a text block
"""
