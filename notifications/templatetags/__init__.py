"""Which words do the console's templates use?"""
