"""Which pictures stand in mails? Uploaded ones, made anew from their pixels; nothing else of the file survives."""
