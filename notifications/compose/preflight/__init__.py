"""Is this mail fit to be sent, and if not, how is it mended?

Each check is a module with one pure function over an `Inspection`: a compiled version, samples rendered as the send
renders them, and facts handed in. Nothing here reads a setting, a row or the network.

- `inspection`: what is looked at; `sampling`: how samples are rendered; `findings`: what is said about it
- `places`, `documents`, `styles`, `colours`, `links`, `images`: readers that several checks share
- `running`: all checks, in their groups
"""
