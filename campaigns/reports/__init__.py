"""Did it work? What became of the mails of a source or a type, drawn, compared, and taken along as CSV."""
