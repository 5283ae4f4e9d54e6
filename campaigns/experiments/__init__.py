"""Which variant does somebody get, and which one is better? Pure functions, honest however often they are asked.

Who looks at a running test every hour and stops at the first good number finds winners where there are none. The
decisions here hold at every look: the chance of ever calling a winner among equals stays below `alpha`.
"""
