"""What does a mail say? Templates, their immutable versions, and the text for one person.

- `compilation`: a source becomes three Liquid documents, once per version
- `versions`: publish, current_version_id
- `render`: load_version, render, join; per person
- `encode`: the same as transfer-encoded bytes, for SMTP
"""
