"""Runtime `docker`: the citable one. One container for the agent, others for the grader."""
