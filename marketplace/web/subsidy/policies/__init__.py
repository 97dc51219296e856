"""Pages of policy versions and batches: what everybody may read, and what 政策管理 edits."""
