"""Did it leave? The engine: it knows contacts, messages and providers, and nothing of types or campaigns."""
