"""The use-cases, one file each: core decides, engine and host act. They print nothing."""
