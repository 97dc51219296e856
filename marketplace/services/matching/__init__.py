"""From match to contract draft: what fits, who was told, who asked whom, what was negotiated."""
