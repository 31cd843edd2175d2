"""Hands records to experiment trackers, each by its own client: python3 -m mlmembench.track mlflow|wandb|comet FILE…"""
