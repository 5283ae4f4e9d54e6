"""What may stand in the AMP part of a mail?

- `rules`: tags, attributes and components, as the format has them
- `reading`: the document as elements, with Liquid out of the way
- `validation`: what is wrong with one, and on which line
"""
