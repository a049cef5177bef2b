"""The public flowchart of a procedure (执法流程图): an order derived from a pack's rules, as a picture and as text."""
