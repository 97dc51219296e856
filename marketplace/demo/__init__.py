"""Demonstration content: invented texts kept as data (``texts/``) and the loader that enters them.

Everything here is fictitious. Organisations carry the mark （演示） in their names, addresses of mail end in
``.example``, and the texts enter the market through the same services that people use.
"""
