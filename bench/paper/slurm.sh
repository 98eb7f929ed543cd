#!/bin/sh
# All runs of data/paper-ppo/manifest.csv as an array of Slurm jobs, from the root of the repository; a job takes the run in the row of
# its index, is done at once if that run is, and goes on from its checkpoint if it was begun.
#
#   sbatch --array=1-357 bench/paper/slurm.sh
#
#SBATCH --job-name=paper-ppo
#SBATCH --cpus-per-task=1
#SBATCH --mem=1G
#SBATCH --time=02:00:00
#SBATCH --requeue
npm run --silent paper -- --row "$SLURM_ARRAY_TASK_ID"
