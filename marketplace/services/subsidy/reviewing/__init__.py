"""初审, 审核 and 陈述申辩 of cases: papers, amounts, flags, examinations, decisions."""
