"""Given and family names for made-up people, mixed on purpose; no pair of them is meant for anybody."""

_GIVEN = """
Abena Adaeze Ailsa Akira Alba Alem Amadi Amina Anahit Anouk Anselm Araceli Ardal Arlo Asel Astrid Ayala Azra
Bahar Benedek Berit Bilal Bruna Calla Casimir Celestine Chandra Chidi Corin Dagny Dalia Damaris Davor Delphine
Desta Edda Eero Efua Eirlys Elif Emeka Enzo Esma Etta Farid Fenna Finola Florian Gaspar Gita Goran Greta Hadiza
Hana Haruki Hedda Hiroko Ibrahim Idris Ilse Imani Ines Inigo Isaura Itzel Jarek Jelena Jomo Jorun Kaija Kamala
Karim Kavita Kenji Keziah Kirra Kofi Lamis Lars Leocadia Lerato Linnea Liv Lorcan Lucinda Magnus Mahalia Malik
Marit Mateo Meera Mehmet Mireille Nadia Naoki Neve Niamh Nilufar Noor Oluchi Oona Oren Orla Paloma Pavel Petra
Priya Quill Rafiq Rania Renske Rohan Rosalind Rune Saoirse Senan Shirin Sibyl Signe Soraya Sunita Tadeo Tamsin
Tariq Thandi Tove Uma Valdis Vera Wanjiru Wim Xiomara Yara Yusuf Zainab Zofia
"""
GIVEN = tuple(_GIVEN.split())
"""Given names."""

_FAMILY = """
Abernold Achterlo Adeyoma Aldermoor Almqvert Amberley-Roe Anquist Arkwell Asantewo Askerby Balandine Balcarris
Barrowhay Beckenfold Belmarsh Bergstrand-Oy Birchall-Ng Blackmere Bokharin Bolagun Bramwick Brightwater Burnaby-Ito
Cairnduff Calloway-Diaz Cardenosa Carrowmore Castellane Chaudrey Chikanda Clearbrook Coldstream Cortinas Cranleigh
Dalgaard-Moss Danvers-Oh Darrowby Dembeleh Derwentson Dimitrakos Dovehill Drummock Dunmarrow Eastwater Ebbesholt
Egerwood Ekwuemeh Eldersby Elmsworth Emberly Enrikoson Escarra Fallowfield Farahzad Fenstanton Ferrandiz Fieldmarch
Finnister Foxglade Frostrup Gallowhill Garridor Glenfarrow Goldthwaite Greenhalge Grimsdotter Guillemot Hallbrook
Hamadani-Lee Harrowell Hartfeldt Hasegawara Hawksmere Heatherby Hemmingsvard Hollinbrook Hosseinpur Huxterly
Ibarruri Ingleborough Isakovich Ivorstone Jadwinsky Jankowiak-Hall Jorgenfeld Kallistrat Kamarudin Karvonenko
Kestrelby Khalidzai Kilbranish Kirkbride-Osei Kowalenko Kurosagi Lachapelle-Vo Langdale-Ruiz Larkspur Lethbridge
Lindenau Lockharte Lowenmark Lythgate Macallow Madrigal-Sun Makinwela Malhotren Marchbanks Mbekani Meadowcroft
Mendrisio Merriweth Millbrae Mirzakhel Moonstead Mortlake Mukherjan Nakagawara Ndiayeh Netherby Nightingall
Norrland Nwachuku Oakhampton Obuasi Okonjira Oldcastle Olivarez-Kent Orchardson Osterhaus Ottershaw Oyelamin
Pascalidis Patelwar Pemberline Penhallow Petrosyanin Pinewarden Quarrington Quillfeather Rahmanzai Ravensworth
Redmarsh Ridgeholm Rosenthalde Rowanbeck Sandringlow Santamarin Sedgewater Shirvanian Silverdale Skarsholm
Somerleyton Stavanger-Poe Stonebridge-Li Strathmore-Eze Sundarajan Swanholme Tanakawa Teklemar Thistlewood
Thornbury-Cho Tiverton Torrevieja Tremaynard Underhill-Ba Valderrano Vandermolen Vasquerra Venkatesan-Day
Wainscott Wakefielde Waterhouse-Im Westerdale Whitcombe-Sy Winterbourn Wolstenholm Yardleyson Yilmazer Zamorano
Zielinskar Zubairi-Holt
"""
FAMILY = tuple(_FAMILY.split())
"""Family names."""
