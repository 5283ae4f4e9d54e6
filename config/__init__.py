"""Roof and ground: the ground (settings, queues, clock, keys) imports none of our apps, the roof may import all."""
