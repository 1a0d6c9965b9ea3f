"""Getting official data politely: who asks, how often, what may come back, what is kept.

``client`` asks one address at a time and waits its turn; ``cache`` keeps what came, so nothing is
asked for twice; ``tiles`` fills an archive; ``sources`` is the table of official sources and turns
what they give into GeoJSON with licence and attribution written in. Nothing here is called by the
map: data is fetched when somebody says so and served from here.
"""
