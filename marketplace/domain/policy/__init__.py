"""The subsidy for buying technology: docs/subsidy.md as one pure function.

``records`` says what goes in, ``outcome`` what comes out, ``book`` what contracts and payments amount to,
``arithmetic`` decides claims, recoveries and releases. ``reading`` and ``batch`` bring worlds written as JSON.
"""
