/** Colours by meaning, twice: for light and for dark. Contrast of every text on its ground is 4.5 to 1 at least. */
export function svgStyle(): string {
  return `
:root { --page: #ffffff; --ground: #f6f8fa; --odd: #ffffff; --face: #ffffff; --text: #1f2328; --soft: #57606a; --frame: #c3cad2;
 --network: #57606a; --egress: #b93c0b; --ingress: #1a5bb8; --private-link: #6a3cbc; --management: #0d6b64; --broken: #b42318; --workloads: #57606a; }
@media (prefers-color-scheme: dark) {
 :root { --page: #0d1117; --ground: #151b23; --odd: #0f141b; --face: #1c232c; --text: #e6edf3; --soft: #9ea7b3; --frame: #3d4650;
 --network: #9ea7b3; --egress: #ff9b6b; --ingress: #7cb4ff; --private-link: #c4a5ff; --management: #5cc9bb; --broken: #ff8a80; --workloads: #9ea7b3; }
}
text { font-family: "Segoe UI", "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; fill: var(--text); unicode-bidi: isolate; }
.page { fill: var(--page); }
.title { font-size: 18px; font-weight: 600; }
.caption { font-size: 10.5px; fill: var(--soft); }
.name { font-size: 13px; font-weight: 600; }
.line { font-size: 11.5px; }
.label { font-size: 11px; stroke: var(--page); stroke-width: 3px; paint-order: stroke; stroke-linejoin: round; }
.group > rect { fill: var(--ground); stroke: var(--frame); }
.group.odd > rect { fill: var(--odd); }
.group.region > rect { stroke-dasharray: 6 4; }
.group.cluster > rect { stroke: var(--ingress); stroke-width: 1.5; }
.face { fill: var(--face); stroke: var(--frame); }
.bar { stroke: var(--network); stroke-width: 3px; stroke-linecap: round; fill: none; }
.firewall .face { stroke: var(--egress); stroke-width: 1.5; }
.firewall .bar, .nat-gateway .bar { stroke: var(--egress); }
.application-gateway .bar, .load-balancer .bar, .service-front-end .bar { stroke: var(--ingress); }
.private-endpoint .bar, .platform-service .bar { stroke: var(--private-link); }
.api-server .bar, .bastion .bar, .administrators .bar { stroke: var(--management); }
.outside-address .bar, .missing-network .bar { stroke: var(--broken); }
.edge .line { fill: none; stroke: var(--network); stroke-width: 1.5px; stroke-linejoin: round; }
.edge.default-route .line { stroke-width: 2.5px; }
.edge.dnat .line { stroke-width: 2.5px; }
.edge.peering .line { stroke-width: 2px; }
.edge.unknown .line { stroke-dasharray: 5 4; }
.edge.broken .line { stroke-dasharray: 2 3; }
${['network', 'egress', 'ingress', 'private-link', 'management', 'broken']
  .map(
    (name) =>
      `.edge.${name} .line { stroke: var(--${name}); } .head.${name} path { fill: var(--${name}); } .label.${name} { fill: var(--${name}); }`,
  )
  .join('\n')}
`;
}
