"""How does SparkPost behave?"""
