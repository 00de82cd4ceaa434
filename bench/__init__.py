"""Mesures reproductibles : une commande, un tableau (voir bench/README.md)."""
