"""The pages: they read; what they write goes through the API like anybody else."""
