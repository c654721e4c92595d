"""`make burst`: many POSTs at once while functions are killed, and what came of each of them.

What is posted and how lies in `load`, who is killed in `kills`; `records` reads the table,
`other_side` the repositories and the evaluator; `verdict` compares them with the promises.
"""
