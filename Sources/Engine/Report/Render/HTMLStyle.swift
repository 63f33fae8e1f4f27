/// The style sheet of the HTML report: light and dark, nothing loaded.
enum HTMLStyle {
  static let sheet = """
    :root { color-scheme: light dark; \(Palette.light) --p50: #3f8fd2; --p99: #8a97a8; }
    @media (prefers-color-scheme: dark) { :root { \(Palette.dark) } }
    body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1080px;
      margin: 2rem auto; padding: 0 1rem; }
    h1 { margin: 0; font-size: 1.7rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
    .question { color: var(--soft); margin: .2rem 0 .6rem; font-size: 1.05rem; }
    .verdict { float: right; margin: 0; padding: .35rem .9rem; border-radius: 6px; color: #fff; font-weight: 700; }
    .verdict.held { background: #1f8a4c; } .verdict.violated { background: #c62f2f; }
    .verdict.undecided { background: #b07500; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: .6rem; margin: 1.2rem 0; }
    .tiles div { background: var(--card); border-radius: 6px; padding: .6rem .8rem; }
    .tiles b { display: block; font-size: 1.35rem; } .tiles span { color: var(--soft); font-size: .85rem; }
    .scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
    th { text-align: left; color: var(--soft); font-weight: 600; }
    th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
    tr.held .word { color: var(--held); } tr.violated .word { color: var(--violated); font-weight: 700; }
    tr.undecided .word { color: var(--undecided); font-weight: 700; } tr.empty { color: var(--soft); }
    pre { white-space: pre-wrap; background: var(--card); padding: .5rem; border-radius: 4px; font-size: .8rem; }
    small, .footer, .legend { color: var(--soft); font-size: .85rem; }
    svg { width: 100%; height: auto; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
    svg text.small { fill: var(--soft); font-size: 11px; } svg text.fault-name { fill: var(--violated); }
    svg .phase { fill: var(--card); } svg .grid { stroke: var(--line); }
    svg .ok { fill: var(--ok); } svg .fail { fill: var(--fail); } svg .unknown { fill: var(--unknown); }
    svg .fault { fill: var(--fault); } svg .recovered { stroke: var(--held); stroke-width: 2; stroke-dasharray: 4 3; }
    svg polyline { fill: none; stroke-width: 1.6; } svg .p50 { stroke: var(--p50); } svg .p99 { stroke: var(--p99); }
    .key { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; border-radius: 2px; }
    .key.ok { background: var(--ok); } .key.fail { background: var(--fail); } .key.unknown { background: var(--unknown); }
    .key.fault { background: var(--fault); } .key.recovered { background: var(--held); }
    """
}
