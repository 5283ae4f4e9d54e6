"""May mail be sent from this domain: what does DNS say of it, what is wrong, and which records mend it?"""
