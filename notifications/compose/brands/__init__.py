"""Whose mail is it? Brands: name, logo, colours, fonts, address and profiles, once, for every template.

- `models`: a brand
- `content`: what it says, checked
- `values`: the same as templates read it
- `choosing`: the brand of a template, and the default one
- `saving`: make, change, make the default, delete
- `legibility`: can its colours be read?
- `staleness`: which mails carry an earlier state of it?
- `republishing`: publish those again
"""
