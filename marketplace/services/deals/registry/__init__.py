"""Registration of contracts, their changes, prices shown before signing, and what everybody may verify."""
