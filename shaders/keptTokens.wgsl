// Which tokens of a row of logits may be drawn: first the topK largest (0: all), then the nucleus of mass topP (1: all).
// Appended, with a team of threads, to shaders that sample. No sorting: thresholds are found by bisecting the 32 bits of
// an order-preserving integer, each step one pass over the row; ties with the last kept logit are kept. The nucleus is the
// smallest set of most probable tokens whose mass reaches topP; with LMHP_RULE it ends before the token that exceeds topP,
// but holds at least one.
// Every thread of the team takes the same steps, so that the team's barriers are in uniform control flow.
// Expects `logits` [rows, vocabulary] and uniforms vocabulary, temperature, topK, topP.

// The largest logit, the smallest integer key of a token that may be drawn, and the sum of the weights from there on.
struct Kept {
  highest: f32,
  threshold: u32,
  total: f32,
}

// Larger floats have larger keys.
fn orderKey(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

// Unnormalised probability of a token that may be drawn. exp of NaN is infinity on some adapters.
fn weightOf(x: f32, highest: f32) -> f32 {
  if (uniforms.temperature == 0.0) { return 1.0; }
  let scaled = (x - highest) / uniforms.temperature;
  return select(exp(scaled), scaled, (bitcast<u32>(scaled) & 0x7fffffffu) > 0x7f800000u);
}

fn countFrom(start: u32, lane: u32, local: u32, threshold: u32) -> f32 {
  var count = 0.0;
  for (var i = lane; i < uniforms.vocabulary; i += TEAM) { count += select(0.0, 1.0, orderKey(logits[start + i]) >= threshold); }
  return teamSum(count, local);
}

fn massFrom(start: u32, lane: u32, local: u32, highest: f32, threshold: u32) -> f32 {
  var mass = 0.0;
  for (var i = lane; i < uniforms.vocabulary; i += TEAM) {
    let x = logits[start + i];
    if (orderKey(x) >= threshold) { mass += weightOf(x, highest); }
  }
  return teamSum(mass, local);
}

fn keptTokens(start: u32, local: u32) -> Kept {
  let lane = local % TEAM;
  var highest = -3.4e38;
  for (var i = lane; i < uniforms.vocabulary; i += TEAM) {
    if (logits[start + i] > highest) { highest = logits[start + i]; }
  }
  highest = teamMax(highest, local);
  let highestKey = orderKey(highest);
  var kept = Kept(highest, 0u, 0.0);
  if (uniforms.temperature == 0.0) { kept.threshold = highestKey; }
  if (uniforms.topK > 0u && uniforms.temperature > 0.0) {
    // The largest threshold that still counts topK tokens is the key of the topK-th logit.
    for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
      let tried = kept.threshold | bit;
      if (countFrom(start, lane, local, tried) >= f32(uniforms.topK)) { kept.threshold = tried; }
    }
  }
  kept.total = massFrom(start, lane, local, highest, kept.threshold);
  if (uniforms.topP < 1.0 && uniforms.temperature > 0.0) {
    let wanted = uniforms.topP * kept.total;
    var reached = 0u; // the largest threshold from which on the mass reaches (LMHP_RULE: exceeds) topP
    for (var bit = 0x80000000u; bit > 0u; bit >>= 1u) {
      let tried = reached | bit;
      let mass = massFrom(start, lane, local, highest, tried);
      if (select(mass >= wanted, mass > wanted, LMHP_RULE)) { reached = tried; }
    }
    if (LMHP_RULE) { reached += 1u; }
    kept.threshold = max(kept.threshold, min(reached, highestKey));
    kept.total = massFrom(start, lane, local, highest, kept.threshold);
  }
  return kept;
}
