"""The database engine of a process that was told of no database: it loads, and says what to do when first used."""
