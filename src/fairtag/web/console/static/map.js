// Draws what the table above the map says. No ground map is fetched: nobody learns where officers look.
"use strict";
(() => {
  const told = JSON.parse(document.getElementById("drawing").textContent);
  const map = L.map("map", { zoomControl: true, attributionControl: false, keyboard: true });
  const newest = told.points[told.points.length - 1];
  map.setView([newest.lat, newest.lon], 16);  // circles can't be measured before there is a view
  const all = L.featureGroup().addTo(map);
  const zoneStyle = { color: "#12324a", weight: 2, fillOpacity: 0.08 };
  if (told.place?.circle) {
    const c = told.place.circle;
    L.circle([c.lat, c.lon], { radius: c.radius_m, ...zoneStyle }).bindTooltip(told.place.told).addTo(all);
  }
  if (told.place?.area) {
    L.geoJSON(told.place.area, { style: zoneStyle }).bindTooltip(told.place.told).addTo(all);
  }
  for (const leg of told.legs) {
    const [a, b] = [told.points[leg.from], told.points[leg.from + 1]];
    L.polyline([[a.lat, a.lon], [b.lat, b.lon]], {
      color: leg.is_gap ? "#942514" : "#484949", weight: 2, dashArray: leg.is_gap ? "4 8" : null,
    }).addTo(all);
  }
  told.points.forEach((p, n) => {
    const last = n === told.points.length - 1;
    const words = p.accuracy_m === null ? `${p.at}, accuracy not known` : `${p.at}, within ${Math.round(p.accuracy_m)} m`;
    if (p.accuracy_m !== null) {
      L.circle([p.lat, p.lon], { radius: p.accuracy_m, color: "#1d70b8", weight: 1, fillOpacity: 0.05 }).addTo(all);
    }
    L.circleMarker([p.lat, p.lon], { radius: last ? 7 : 4, color: last ? "#942514" : "#1d70b8", fillOpacity: 0.9 })
      .bindTooltip(words).addTo(all);
  });
  if (all.getLayers().length) { map.fitBounds(all.getBounds().pad(0.1), { maxZoom: 18 }); }
  L.control.scale({ imperial: false }).addTo(map);
})();
