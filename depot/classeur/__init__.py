"""Le classeur quantitatif, lu et contrôlé cellule par cellule. Pur : ni Django, ni base, ni réseau.

`lecture` lit les cellules demandées, dans un enfant limité (`enclos`), aidée de `xlsx` ; `modele` comprend la feuille
« contrôles » d'un modèle, `plages` ses plages nommées ; `controle` confronte un classeur rempli à ses contrôles ;
`comparaison` met deux années côte à côte.
"""
