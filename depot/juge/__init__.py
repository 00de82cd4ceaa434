"""Le juge des fichiers déposés : du contenu d'un fichier à un verdict. Pur : ni Django, ni base, ni réseau.

`chaine.juger` juge dans le processus ; `enclos.juger` fait de même dans un enfant limité en mémoire et en temps, et
c'est lui que le portail emploie. `python -m depot.juge DOSSIER --manifeste manifest.csv` mesure le juge sur un corpus.
"""
