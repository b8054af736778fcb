"use strict";
(() => {
  const data = JSON.parse(document.getElementById("numbers").textContent);
  const DASH = "\u2013";
  const state = { days: 30, charts: [] };
  const main = document.getElementById("main");
  const root = document.documentElement;
  const pages = [["overview", "Overview"], ["bosses", "Bosses"], ["skills", "Skills"], ["chat", "Chat"], ["roster", "Roster"], ["records", "Records"]];
  if (data.inactive) pages.push(["inactive", "Inactive"]);
  if (data.officers) pages.push(["officers", "Officers"]);

  // Everything that people named goes through here: text, never markup.
  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      made.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined) continue;
      made.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return made;
  }
  const name = (text) => el("bdi", {}, text);
  // Plotly reads some HTML in labels: what people named is escaped, set apart and cut.
  function label(text, most = 22) {
    const letters = Array.from(String(text));
    const cut = letters.length > most ? letters.slice(0, most - 1).join("") + "\u2026" : letters.join("");
    return "\u2068" + cut.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;") + "\u2069";
  }
  const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
  const exact = (value) => (value === null || value === undefined ? DASH : value && Math.abs(value) < 100 && value % 1 ? value.toFixed(1) : whole.format(value));
  function short(value) {
    if (value === null || value === undefined) return DASH;
    for (const [size, unit] of [[1e9, "B"], [1e6, "M"], [1e4, "K"]]) {
      if (Math.abs(value) >= size) return (value / (unit === "K" ? 1e3 : size)).toFixed(unit === "K" ? 0 : 2).replace(/\.?0+$/, (end) => (end.startsWith(".") ? "" : end)) + unit;
    }
    return exact(value);
  }
  const share = (value) => (value === null || value === undefined ? DASH : Math.floor(value * 100) + "%");
  const style = (key) => getComputedStyle(root).getPropertyValue("--" + key).trim();
  const period = () => data.periods.find((each) => each.days === state.days) || data.periods[0];
  const place = () => data.periods.indexOf(period());

  function card(title, ...inside) { return el("section", { class: "card" }, el("h3", {}, title), ...inside); }
  function table(caption, columns, rows, sortable = false) {
    const body = el("tbody", {});
    const box = el("div", { class: "rows", tabindex: "0", role: "region", "aria-label": caption });
    const heads = columns.map((column, number) => el("th", { scope: "col", class: column.text ? "text" : null }, sortable ? el("button", { type: "button", "data-column": number }, column.label) : column.label));
    function fill(these) {
      body.replaceChildren(...these.map((row) => el("tr", {}, columns.map((column) => {
        const value = column.of(row);
        return el("td", { class: column.text ? "text" : null }, column.show ? column.show(value, row) : column.text ? (value === null ? DASH : value) : exact(value));
      }))));
    }
    let sorted = null, down = true;
    function order(these) {
      if (sorted === null) return these;
      const of = columns[sorted].of;
      return [...these].sort((a, b) => {
        const left = of(a), right = of(b);
        if (left === null || left === undefined) return right === null || right === undefined ? 0 : 1;
        if (right === null || right === undefined) return -1;
        const way = typeof left === "string" ? left.localeCompare(right, "en", { sensitivity: "base" }) : left - right;
        return down ? -way : way;
      });
    }
    let shown = rows;
    heads.forEach((head, number) => sortable && head.firstChild.addEventListener("click", () => {
      down = sorted === number ? !down : !columns[number].text;
      sorted = number;
      heads.forEach((each, other) => (other === number ? each.setAttribute("aria-sort", down ? "descending" : "ascending") : each.removeAttribute("aria-sort")));
      fill(order(shown));
    }));
    fill(rows);
    box.append(el("table", { class: columns.length > 9 ? "dense" : null }, el("caption", {}, caption), el("thead", {}, el("tr", {}, heads)), body));
    box.refill = (these) => { shown = these; fill(order(these)); };
    return box;
  }
  const beside = (words, made) => el("details", {}, el("summary", {}, words), made);
  function chart(described, traces, layout = {}, height = 320) {
    const box = el("div", { class: "chart", role: "img", "aria-label": described });
    box.style.height = height + "px";
    state.charts.push([box, traces, layout, height]);
    return box;
  }
  function draw(one) {
    const [box, traces, layout, height] = one;
    if (!box.isConnected) return;
    const axis = { gridcolor: style("grid"), zerolinecolor: style("grid"), linecolor: style("edge"), automargin: true, fixedrange: true };
    const merged = {
      height, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: style("ink"), size: 13 }, margin: { l: 48, r: 12, t: 8, b: 40 }, hoverlabel: { bgcolor: style("card"), bordercolor: style("edge"), font: { color: style("ink") } }, showlegend: false, legend: { orientation: "h", y: 1.02, yanchor: "bottom" }, ...layout,
      xaxis: { ...axis, ...layout.xaxis }, yaxis: { ...axis, ...layout.yaxis },
    };
    if (layout.yaxis2) merged.yaxis2 = { ...axis, ...layout.yaxis2 };
    Plotly.newPlot(box, traces(), merged, { displayModeBar: false, responsive: true });
  }
  function bars(described, rows, colour, of = "") {
    const shown = rows.slice(0, 15).reverse();
    if (!shown.length) return el("p", { class: "soft" }, "Nothing is known of this period.");
    const places = shown.map((_, number) => number);
    return chart(described, () => [{ type: "bar", orientation: "h", x: shown.map((row) => row[1]), y: places, marker: { color: style(colour) }, hoverinfo: "text", hovertext: shown.map((row) => label(row[0], 60) + ": " + exact(row[1]) + of), textposition: "none" }],
      { yaxis: { tickvals: places, ticktext: shown.map((row) => label(row[0], innerWidth < 500 ? 22 : 26)), showgrid: false, zeroline: false }, xaxis: { nticks: 4 } }, Math.max(160, 60 + shown.length * 24));
  }

  function overview(page) {
    const now = period();
    page.append(el("div", { class: "cards by5" }, now.cards.map((each) => el("div", { class: "card stat" }, el("div", { class: "soft" }, each.label), el("div", { class: "big" }, short(each.now)),
      each.now !== null && each.now === each.before ? el("div", { class: "soft" }, "as before") : each.change === null ? el("div", { class: "soft" }, "before: " + short(each.before)) : el("div", { class: each.isUp ? "up" : "down" }, (each.isUp ? "\u25b2 " : "\u25bc ") + each.change, el("span", { class: "soft" }, " vs " + short(each.before))), each.seen ? el("div", { class: "soft" }, each.seen) : null))));
    const grid = el("div", { class: "grid" });
    const days = now.trend.days;
    const line = (plot, key) => [{ type: "bar", x: days, y: plot.values, marker: { color: style(key) }, hovertemplate: "%{x}: %{y:,}<extra></extra>" }, { type: "scatter", mode: "lines", x: days, y: plot.mean, line: { color: style("ink"), width: 2 }, hovertemplate: "mean of 7 days: %{y:,.0f}<extra></extra>" }];
    for (const [plot, key] of [[now.trend.xp, "xp"], [now.trend.messages, "messages"]]) {
      grid.append(card(plot.label, plot.values.some((each) => each !== null) ? chart(plot.label + ", " + now.words, () => line(plot, key), { xaxis: { type: "date", nticks: 5 }, yaxis: { rangemode: "tozero", nticks: 5 } }, 260) : el("p", { class: "soft" }, "Nothing was seen in this period."),
        beside("As a table", table(plot.label, [{ label: "From", of: (row) => row[0], text: true }, { label: "Value", of: (row) => row[1] }, { label: "Before", of: (row) => row[2] }], days.map((day, number) => [day, plot.values[number], plot.before[number]])))));
    }
    const week = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    grid.append(card("When people write (" + data.zone + ")", now.heat ? chart("Messages by weekday and hour", () => [{ type: "heatmap", z: now.heat, x: [...Array(24).keys()], y: week, colorscale: [[0, style("bg")], [1, style("messages")]], showscale: false, xgap: 1, ygap: 1, hovertemplate: "%{y} %{x}:00, %{z:,} messages<extra></extra>" }], { yaxis: { autorange: "reversed", type: "category" }, xaxis: { dtick: 4 } }, innerWidth < 760 ? 260 : 380) : el("p", { class: "soft" }, "No messages in this period."),
      now.best.length ? el("p", { class: "soft" }, "Busiest: " + now.best.map((each) => each[0] + " (" + exact(each[1]) + ")").join(", ")) : null,
      now.heat ? beside("As a table", table("Messages by weekday and hour", [{ label: "Hour", of: (row) => row[0], text: true }, ...week.map((day, number) => ({ label: day, of: (row) => row[1][number] }))], [...Array(24).keys()].map((hour) => [hour + ":00", now.heat.map((row) => row[hour])]))) : null));
    const at = place();
    // Some write and play a hundred times as much as others: each step of an axis is ten times the one before.
    const wrote = (value) => Math.log10(1 + value), gained = (value) => Math.log10(1 + value / 1e4);
    const ticks = (scale, values, shown) => { const most = Math.max(...shown, 1); const these = values.filter((each) => each <= most); return { tickvals: these.map(scale), ticktext: these.map(short), range: [-0.15, scale(most) * 1.05 + 0.1], zeroline: false }; };
    const both = data.members.filter((each) => each.periods[at].dated && each.periods[at].xp !== null && each.periods[at].messages !== null);
    const palette = ["#1c7cb8", "#e69f00", "#2fbf91", "#cc79a7", "#d55e00", "#8c7ae6", "#7f8c8d", "#b8a100"];
    const roles = data.roles.filter((role) => both.some((each) => each.role === role));
    grid.append(card("Chat and XP, by rank", both.length ? chart("Messages and XP gained of each member", () => roles.map((role, number) => {
      const mine = both.filter((each) => each.role === role);
      return { type: "scatter", mode: "markers", name: label(role), x: mine.map((each) => wrote(each.periods[at].messages)), y: mine.map((each) => gained(each.periods[at].xp)), marker: { color: palette[number % palette.length], symbol: number % 8, size: 9, opacity: 0.85 }, hoverinfo: "text", hovertext: mine.map((each) => label(each.name, 60) + "<br>" + label(each.role) + "<br>" + exact(each.periods[at].messages) + " messages, " + short(each.periods[at].xp) + " XP") };
    }), { showlegend: true, xaxis: { title: { text: "Messages" }, ...ticks(wrote, [0, 10, 100, 1e3, 1e4], both.map((each) => each.periods[at].messages)) }, yaxis: { title: { text: "XP" }, ...ticks(gained, [0, 1e5, 1e6, 1e7, 1e8, 1e9], both.map((each) => each.periods[at].xp)) }, margin: { l: 64, r: 12, t: 8, b: 48 } }, innerWidth < 500 ? 560 : 420) : el("p", { class: "soft" }, "Nobody is known on both sides."),
      el("p", { class: "soft" }, both.length + " of " + data.members.length + " members are known on both sides; the roster has everybody's numbers. Each step of a scale is ten times the one before.")));
    page.append(grid);
    const h = now.health;
    page.append(el("h3", { class: "part" }, "Health"), el("div", { class: "cards by4" }, [
      ["Active in game", share(h.in_game)], ["Active in chat", share(h.in_chat)], ["Active on both sides", share(h.on_both)], ["Stickiness", share(h.stickiness)],
      ["Half of the talk", h.few === null ? DASH : h.few + " of " + h.talkers + " people"], ["Reply rate", share(h.reply_rate), now.asked ? exact(now.asked.answered) + " of " + exact(now.asked.questions) + " questions" : null], ["Newcomers who stayed", share(h.retention), now.stayed ? now.stayed[0] + " of " + now.stayed[1] + " here after 30 days" : "nobody's first 30 days ended in it"],
    ].map(([what, value, more]) => el("div", { class: "card" }, el("div", { class: "soft" }, what), el("div", { class: "big" }, value), more ? el("div", { class: "soft" }, more) : null))));
  }
  const who = (mover) => (mover ? el("span", {}, name(mover[0]), " (" + short(mover[1]) + ")") : DASH);
  function bosses(page) {
    const rows = period().bosses, killed = rows.filter((row) => row.kills);
    page.append(el("div", { class: "cards" }, killed.slice(0, 6).map((row) => el("div", { class: "card boss" }, data.pictures[row.metric] ? el("img", { src: data.pictures[row.metric], alt: "" }) : null, el("div", {}, el("h3", {}, row.name), el("div", { class: "big" }, exact(row.kills)), el("div", { class: "soft" }, row.killers + " killers, most: ", who(row.top)))))));
    const all = killed.reduce((sum, row) => sum + row.kills, 0), raids = rows.filter((row) => row.raid);
    page.append(el("div", { class: "grid" }, card("Share of all kills", bars("Kills by boss", killed.map((row) => [row.name, row.kills]), "kills"), all ? el("p", { class: "soft" }, killed.length + " bosses, " + exact(all) + " kills" + (killed.length > 15 ? "; the 15 most killed are drawn." : ".")) : null),
      card("Raids", bars("Raids by kind", raids.filter((row) => row.kills).map((row) => [row.name, row.kills]), "xp"), table("Raids of the " + period().words, [{ label: "Raid", of: (row) => row.name, text: true }, { label: "Done", of: (row) => row.kills }, { label: "Players", of: (row) => row.killers }, { label: "Most", of: (row) => row.top && row.top[1], show: (_, row) => who(row.top) }], raids))));
    page.append(card("Every boss", table("Kills of the " + period().words + ", and the most that anybody has", [{ label: "Boss", of: (row) => row.name, text: true }, { label: "Kills", of: (row) => row.kills }, { label: "Share", of: (row) => (all && row.kills !== null ? row.kills / all : null), show: share }, { label: "Killers", of: (row) => row.killers }, { label: "Most", of: (row) => row.top && row.top[1], show: (_, row) => who(row.top) }, { label: "All time", of: (row) => row.total }, { label: "Record", of: (row) => row.record && row.record[1], show: (_, row) => who(row.record) }], rows, true)));
    const entered = rows.flatMap((row) => row.entered.map((each) => [row.name, each]));
    if (entered.length) page.append(card("New on the hiscores", table("At what count; counted nowhere else", [{ label: "Boss", of: (row) => row[0], text: true }, { label: "Member", of: (row) => row[1][0], text: true, show: (value) => name(value) }, { label: "Kills", of: (row) => row[1][1] }], entered)));
  }
  function skills(page) {
    const rows = period().skills, known = rows.filter((row) => row.maxed !== null);
    const places = known.map((_, number) => number);
    page.append(el("div", { class: "grid" }, card("XP gained", bars("XP gained by skill", rows.filter((row) => row.gained).sort((a, b) => b.gained - a.gained).map((row) => [row.name, row.gained]), "xp")),
      card("Mastery: members at 99 and 200M", known.length ? chart("Members at 99 and at 200M XP, by skill", () => [{ type: "bar", orientation: "h", name: "99", y: places, x: known.map((row) => row.maxed), marker: { color: style("messages") }, hovertemplate: "%{x:,} at 99<extra></extra>" }, { type: "bar", orientation: "h", name: "200M", y: places, x: known.map((row) => row.most), marker: { color: style("xp") }, hovertemplate: "%{x:,} at 200M<extra></extra>" }], { showlegend: true, barmode: "overlay", yaxis: { tickvals: places, ticktext: known.map((row) => label(row.name)), autorange: "reversed", showgrid: false, zeroline: false } }, 560) : el("p", { class: "soft" }, "No skills are known."))));
    page.append(card("Every skill", table("Gains of the " + period().words + "; 99s and 200M are of now", [{ label: "Skill", of: (row) => row.name, text: true }, { label: "Gained", of: (row) => row.gained, show: short }, { label: "Gainers", of: (row) => row.gainers }, { label: "Most", of: (row) => row.top && row.top[1], show: (_, row) => who(row.top) }, { label: "Total XP", of: (row) => row.total, show: short }, { label: "99", of: (row) => row.maxed }, { label: "200M", of: (row) => row.most }], rows, true)));
  }
  function chat(page) {
    const now = period();
    const hours = now.heat ? [...Array(24).keys()].map((hour) => now.heat.reduce((sum, day) => sum + day[hour], 0)) : [];
    page.append(el("div", { class: "grid" }, card("Messages by hour (" + data.zone + ")", hours.length ? chart("Messages by hour of the day", () => [{ type: "bar", x: hours.map((_, hour) => hour), y: hours, marker: { color: style("messages") }, hovertemplate: "%{x}:00, %{y:,} messages<extra></extra>" }], { xaxis: { dtick: 4 } }, 280) : el("p", { class: "soft" }, "No messages in this period."), hours.length ? beside("As a table", table("Messages by hour", [{ label: "Hour", of: (row) => row[0], text: true }, { label: "Messages", of: (row) => row[1] }], hours.map((count, hour) => [hour + ":00", count]))) : null),
      card("Busiest channels", bars("Messages by channel", now.channels, "messages"), now.channels.length ? beside("As a table", table("Messages by channel", [{ label: "Channel", of: (row) => row[0], text: true, show: (value) => name(value) }, { label: "Messages", of: (row) => row[1] }], now.channels)) : null, data.officers ? null : el("p", { class: "soft" }, "Channels in which mainly officers write are left out.")),
      card("Helpers", bars("Answers by member", now.helpers, "up", " answers"), now.helpers.length ? beside("As a table", table("Who answered questions", [{ label: "Member", of: (row) => row[0], text: true, show: (value) => name(value) }, { label: "Answers", of: (row) => row[1] }], now.helpers)) : null)));
  }
  const link = (member) => el("a", { href: "#member/" + member.id }, name(member.name));
  function roster(page) {
    const at = place();
    const search = el("input", { type: "search", id: "search", autocomplete: "off" });
    const rank = el("select", { id: "rank" }, el("option", { value: "" }, "All ranks"), data.roles.map((role) => el("option", { value: role }, role)));
    const active = el("select", { id: "active" }, [["", "Everybody"], ["game", "Active in game"], ["chat", "Active in chat"], ["none", "Active in neither"]].map(([value, words]) => el("option", { value }, words)));
    const count = el("p", { class: "soft", role: "status", id: "count" });
    const numbers = (key) => (each) => each.periods[at][key];
    const list = table("Roster, " + period().words + "; * counts from a later day", [
      { label: "Member", of: (each) => each.name, text: true, show: (_, each) => link(each) }, { label: "Rank", of: (each) => each.role, text: true },
      { label: "Messages", of: numbers("messages") }, { label: "Days written", of: numbers("days") }, { label: "Answers", of: numbers("answers") },
      { label: "XP", of: numbers("xp"), show: (value, each) => short(value) + (each.periods[at].since && value !== null ? "*" : "") }, { label: "Kills", of: numbers("kills") }, { label: "EHP", of: numbers("ehp") }, { label: "EHB", of: numbers("ehb") },
      { label: "Total XP", of: (each) => each.total.xp, show: short }, { label: "Joined", of: (each) => each.joined, show: (value) => value || DASH }, { label: "Played", of: (each) => each.played, show: (value) => value || DASH }, { label: "Wrote", of: (each) => each.wrote, show: (value) => value || DASH },
      ...(data.officers ? [{ label: "Discord", of: (each) => each.person, text: true, show: (value) => (value ? name(value) : DASH) }] : []),
    ], data.members, true);
    function filter() {
      const sought = search.value.trim().toLowerCase();
      const found = data.members.filter((each) => {
        const mine = each.periods[at], plays = mine.dated && (mine.xp || mine.kills), writes = mine.messages;
        const is = { "": true, game: plays, chat: writes, none: mine.dated && mine.messages !== null && !plays && !writes }[active.value];
        return is && (!rank.value || each.role === rank.value) && (!sought || each.name.toLowerCase().includes(sought));
      });
      list.refill(found);
      count.textContent = found.length + " of " + data.members.length + " members";
    }
    for (const each of [search, rank, active]) each.addEventListener("input", filter);
    page.append(el("div", { class: "card" }, el("div", { class: "find" }, el("label", { for: "search" }, "Search a name", search), el("label", { for: "rank" }, "Rank", rank), el("label", { for: "active" }, "Activity", active)), count, list));
    filter();
  }
  function records(page) {
    if (data.bests.length) page.append(el("div", { class: "cards" }, data.bests.map((each) => el("div", { class: "card" }, el("div", { class: "soft" }, each[0]), el("div", { class: "big" }, short(each[2])), el("div", { class: "soft" }, each[1])))));
    page.append(card("Records of the clan", table("The most that any present member has", [{ label: "Kind", of: (row) => row[0], text: true }, { label: "Record", of: (row) => row[1], text: true }, { label: "Member", of: (row) => row[2], text: true, show: (value) => name(value) }, { label: "Value", of: (row) => row[3] }], data.records, true)));
  }
  function inactive(page) {
    page.append(card("Sure to be inactive", ...data.inactive.words.map(([word, says]) => el("p", { class: "soft" }, word + ": " + says)), table("The sure list", [{ label: "Member", of: (row) => row[0], text: true, show: (value) => name(value) }, { label: "Rank", of: (row) => row[1], text: true }, { label: "Played", of: (row) => row[2], show: (value) => value || DASH }, { label: "Wrote", of: (row) => row[3], show: (value) => value || DASH }, { label: "Limit, days", of: (row) => row[4] }], data.inactive.rows, true)));
  }
  function officers(page) {
    page.append(card("Suggested for a promotion", ...data.officers.words.map(([word, says]) => el("p", { class: "soft" }, word + ": " + says)), table("Suggested", [{ label: "Member", of: (row) => row[0], text: true, show: (value) => name(value) }, { label: "Rank", of: (row) => row[1], text: true }, { label: "Next rank", of: (row) => row[2], text: true }, { label: "Days seen of 56", of: (row) => row[3] }], data.officers.promotions, true)));
  }
  function member(page, id) {
    const one = data.members.find((each) => String(each.id) === id);
    if (!one) return page.append(el("p", {}, "Nobody of this number is in the clan."));
    const mine = one.periods[place()];
    page.append(el("p", { class: "soft" }, one.role + ", joined " + (one.joined || DASH) + ", last played " + (one.played || DASH) + ", last wrote " + (one.wrote || DASH) + (mine.since ? ". XP and kills count from " + mine.since : "")), one.person !== undefined ? el("p", { class: "soft" }, "Discord: ", one.person ? name(one.person) : DASH, " (" + one.link + ")") : "",
      el("div", { class: "cards" }, [["XP", mine.xp, one.total.xp], ["Boss kills", mine.kills, one.total.kills], ["EHP", mine.ehp, one.total.ehp], ["EHB", mine.ehb, one.total.ehb], ["Messages", mine.messages, one.total.messages], ["Days written", mine.days], ["Questions", mine.questions], ["Answers", mine.answers]].map(([what, value, total]) => el("div", { class: "card" }, el("div", { class: "soft" }, what), el("div", { class: "big" }, short(value)), total === undefined ? null : el("div", { class: "soft" }, "in all " + short(total))))));
    const weeks = (values, what, key) => card(what, values && values.some((each) => each !== null) ? chart(what, () => [{ type: "bar", x: data.weeks, y: values, marker: { color: style(key) }, hovertemplate: "from %{x}: %{y:,}<extra></extra>" }], { xaxis: { type: "category", nticks: 5 } }, 240) : el("p", { class: "soft" }, "Nothing is known."), values ? beside("As a table", table(what, [{ label: "From", of: (row) => row[0], text: true }, { label: "Value", of: (row) => row[1] }], data.weeks.map((week, number) => [week, values[number]]))) : null);
    const list = (caption, rows, show = exact) => table(caption, [{ label: "What", of: (row) => row[0], text: true }, { label: "Value", of: (row) => row[1], show }], rows);
    page.append(el("div", { class: "grid" }, weeks(one.xpWeeks, "XP by week", "xp"), weeks(one.weeks, "Messages by week", "messages"), card("Gained most, " + period().words, list("Skills", mine.skills, short), list("Bosses", mine.bosses)), card("Now", list("Most killed", one.bosses.slice(0, 10)), beside("Every skill", list("XP", one.skills, short)), beside("Every boss", list("Kills", one.bosses)))));
  }
  const makers = { overview, bosses, skills, chat, roster, records, inactive, officers, member };

  function place_of() {
    const [asked, id] = location.hash.slice(1).split("/");
    return [Object.hasOwn(makers, asked) ? asked : "overview", id];
  }
  function add(page, id, title) {
    const found = page === "member" && data.members.find((each) => String(each.id) === id);
    main.append(el("h2", { id: title, tabindex: "-1" }, page === "member" ? (found ? name(found.name) : "Member") : pages.find((each) => each[0] === page)[1]), el("p", { class: "soft" }, period().span), ...[...period().doubts].map((each) => el("p", { class: "soft" }, each)));
    makers[page](main, id);
  }
  function show() {
    const [page, id] = place_of();
    state.charts = [];
    main.replaceChildren();
    add(page, id, "title");
    for (const each of document.querySelectorAll("#nav a")) { if (each.hash === "#" + (page === "member" ? "roster" : page)) each.setAttribute("aria-current", "page"); else each.removeAttribute("aria-current"); }
    for (const each of document.querySelectorAll("#periods button")) each.setAttribute("aria-pressed", String(Number(each.dataset.days) === state.days));
    document.getElementById("foot").replaceChildren(el("p", {}, "How good the data is: " + (period().evidence.join(" \u00b7 ") || DASH)), data.leftOut ? el("p", {}, data.leftOut + " who opted out are counted in the totals and shown nowhere.") : "", beside("What the words mean", el("dl", {}, data.definitions.flatMap(([word, says]) => [el("dt", {}, word), el("dd", {}, says)]))));
    root.dataset.ready = page + "/" + state.days;
    // What can be read and pressed comes first; each chart leaves room for a press before the next.
    const these = state.charts;
    const next = (number) => setTimeout(() => {
      if (these !== state.charts) return;
      if (number >= these.length) root.dataset.drawn = page + "/" + state.days;
      else { draw(these[number]); next(number + 1); }
    });
    next(0);
  }
  document.getElementById("periods").append(...data.periods.map((each) => { const made = el("button", { type: "button", "data-days": each.days }, each.days + " days"); made.addEventListener("click", () => { state.days = each.days; show(); }); return made; }));
  document.getElementById("nav").append(...pages.map(([key, words]) => el("a", { href: "#" + key }, words)));
  const toggle = document.getElementById("theme"), prefers = matchMedia("(prefers-color-scheme: dark)");
  function theme(dark, isChosen) { root.dataset.theme = dark ? "dark" : "light"; toggle.setAttribute("aria-pressed", String(dark)); if (isChosen) root.dataset.chosen = ""; state.charts.forEach(draw); }
  toggle.addEventListener("click", () => theme(root.dataset.theme !== "dark", true));
  prefers.addEventListener("change", (event) => { if (root.dataset.chosen === undefined) theme(event.matches); });
  document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
  // On paper stand all pages, in light and as wide as a sheet; of a member only their own.
  let before = null;
  addEventListener("beforeprint", () => {
    const [page, id] = place_of();
    before = before || root.dataset.theme;
    root.dataset.theme = "light";
    root.dataset.printing = "";
    state.charts = [];
    main.replaceChildren();
    for (const each of page === "member" ? [page] : pages.map((one) => one[0])) add(each, id);
    state.charts.forEach(draw);
  });
  addEventListener("afterprint", () => {
    if (before === null) return;
    delete root.dataset.printing;
    root.dataset.theme = before;
    before = null;
    show();
  });
  addEventListener("hashchange", () => { show(); document.getElementById("title").focus(); });
  theme(prefers.matches);
  show();
})();
