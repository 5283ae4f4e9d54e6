"""What is being written in the console, before it is published?

- `models`: one draft a template and locale, and its revisions
- `content`: what a draft says
- `saving`: open, save, undo, redo; nobody's work is lost
- `translating`: how a translation stands to its original
- `publishing`: a draft becomes a version
"""
