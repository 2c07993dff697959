"""`bioassist bench`: this engine, other ways to get the same labels, and the floor, on the same notes and model.

material -> race (which trials, which settings) -> running (a process each) -> child -> contenders, rivals -> report
"""
