"""What do we send, how, and did it leave? `catalog` <- `compose` <- `delivery` <- `routing`."""
