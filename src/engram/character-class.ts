/** What a code point is to a text: part of a word, a word of its own, a separator, or unknown to Unicode 15.0. */
export type CharacterClass = "word" | "alone" | "other" | "unassigned";

const classNames: Readonly<Record<string, CharacterClass>> = { W: "word", O: "alone", ".": "other", _: "unassigned" };

/**
 * The class of every code point in Unicode 15.0.0, from U+0000 up: lengths of runs in base 36, each followed by its
 * class. `W`: letters, marks and decimal digits; `O`: those of them that are Han, Hiragana, Katakana or Thai; `_`: not
 * assigned, and surrogates; `.`: all else. The version is pinned, so that every engine finds the same words; it is the
 * oldest that the supported ones know. Data: Unicode, Inc., under the Unicode License v3.
 */
const runs =
  "1c.aW7.qW6.qW1b.1Wa.1W4.1W5.nW1.vW1.cqW4.cWe.5W7.1W1.1Wh.39W1.2W2_4W1.1W4_2.1W1.3W1_1W1_kW1_2bW1.3vW1.4tW1_12W" +
  "2_1W6.15W2.2_3.1_19W1.1W1.2W1.2W1.1W8_rW4_4W2.b_g.bW5.22W4.2uW1.8W2.aW1.jW2.1We.1_1.1nW2_2tWe_1iW4.1W2_1W2.1aW" +
  "2_f.1_sW2_1.1_bW5_oW1.6W1_2.6_22W1.3lW2.aW1.jW1_8W2_2W2_mW1_7W1_1W3_4W2_9W2_2W2_4W8_1W4_2W1_5W2_cWa.1W1.1W2_3W" +
  "1_6W4_2W2_mW1_7W1_2W1_2W1_2W2_1W1_5W4_2W2_3W3_1W7_4W1_1W7_gW1.a_3W1_9W1_3W1_mW1_7W1_2W1_5W2_aW1_3W1_3W2_1Wf_4W" +
  "2_aW2.7_7W1_3W1_8W2_2W2_mW1_7W1_2W1_5W2_9W2_2W2_3W7_3W4_2W1_5W2_aW1.1W6.a_2W1_6W3_3W1_4W3_2W1_1W1_2W3_2W3_3W3_" +
  "cW4_5W3_3W1_4W2_1W6_1We_aWb.5_dW1_3W1_nW1_gW2_9W1_3W1_4W7_2W1_3W2_1W2_4W2_aW7_9.4W1.8W1_3W1_nW1_aW1_5W2_9W1_3W" +
  "1_4W7_2W6_2W1_4W2_aW1_3Wc_dW1_3W1_1fW1_3W1_5W1.4_4W7.5W2_aWa.6W1_3W1_iW3_oW1_9W1_1W2_7W3_1W4_6W1_1W1_8W6_aW2_2" +
  "W1.c_1mO4_1.fO1.aO2.11_2W1_1W1_5W1_oW1_1W1_nW2_5W1_1W1_7W1_aW2_4Ww_1Wn.2W6.aWb.1W1.1W1.1W4.aW1_10W4_kW1.iW1_10" +
  "W1_8.1W6.1_d.11_22W6.26W2.12W1_1W5_1W2_17W1.99W1_4W2_7W1_1W1_4W2_15W1_4W2_xW1_4W2_7W1_1W1_4W2_fW1_1lW1_4W2_1vW" +
  "2_3Wt.3_gWa.6_2eW2_6W2_1.h8W2.hW1.qW2.3_23W6.8W7_mW9_mW2.9_kWc_dW1_3W1_2Wc_2cW3.1W4.2W2_aW6_a.6_b.3W1.bW6_2hW7" +
  "_17W5_1yWa_vW1_cW4_cW4_1.3_2.14W2_5Wb_18W4_qW6_aW1.3_y.sW2_2.1rW1_tW2_bW6_aW6_7.1W6.2_vW1d_25W3_aWh.9Wb.1_38W8" +
  "_4.1kW3_5.aW3_1dW2.9W7_17W2_3W8.8_3W1.13W5_euW2_6W2_12W2_6W2_8W1_1W1_1W1_1W1_vW2_1hW1_7W1.1W3.3W1_7W3.4W2_6W1_" +
  "3.dW3.2_3W1_7W2.1_2t.1_b.1W2_b.1Wf.1_dW3_x.f_xWf_2.1W4.1W2.aW1.1W3.5W6.1W1.1W1.1W1.4W1.bW2.4W5.5W4.1W1g.2W7.4_" +
  "if.p_b.l_1ec.2_w.1_2x.6dW6.9W5_7.12W1_1W5_1W2_1kW7_1W1.e_oW9_7W1_7W1_7W1_7W1_7W1_7W1_7W1_7W1_wW1b.1W1a.y_q.1_2" +
  "h.c_5y.q_c.4_5.1O1Wz.6W1.5W5.1O1W3.1_2eO2_2W2.3O1.2iO1.1W3O5_17W1_2mW1_g.wW10.c_gOv.1_dc.534O1s.g74OwdW3_1j.9_" +
  "1aW2.7hW3.sWk_1fW1.aW1.2vWa.2W6.8_n.9W2.2vW2.1sW5_2W1_1W1_5Wo_1iW4.1W3_a.6_1gW4.8_1yW8_2.aW6_oW3.1W1.1dW2.10Wb" +
  "_1.tW3_1tWd.1_bW4_2.vW1_1jW9_eW2_aW2_4.nW3.21Wo_3W2.gW2.5Wa_6W2_6W2_6W9_7W1_7W1_17W1.eW2.4_3fW1.2W2_aW6_8mcWc_" +
  "nW4_1dW1l0_4xs.a6O2_2yO12_7Wc_5W5_cW1.dW1_5W1_1W1_2W1_2W1_30Wh.g_a3Wi.1sW2_1iW7_1.w_cW4.gWa.6_gWz.1_j.1_4.4_5W" +
  "1_3rW2_1.1_f.aW7.qW6.qWb.aO1W19OxW3_6W2_6W2_6W2_3W3_7.1_7.a_5.2_cW1_qW1_jW1_2W1_fW2_eWy_3fW5_3.4_19.3_2g.1_d.3" +
  "_1.1b_19.1W3m_tW3_1dWf_1Wr.4_wW4.9_kW1.8W1.5_17W5_uW1_1.10W4_8W6.16_4eW2_aW6_10W4_10W4_14W8_1gWb_1.bW1_fW1_7W1" +
  "_2W1_bW1_fW1_7W1_2W1v_8nW9_mWa_8Wo_6W1_16W1_9W1x_6W2_1W1_18W1_2W3_1W2_nW1_9.nW9.vW8_9.1c_jW1_2W5_5.mW6.3_1.qW5" +
  "_1.1s_1kW4_2.2Wg.2_1a.4W1_2W5_8W1_3W1_tW2_3W4_1W9.7_9.7_tW3.tW3.w_8W1.uW4_c.9_1iW3_7.mW2_8.jW5_8.iW7_4.c_7.28_" +
  "21W1j_1fWd_1fW7_6.14W8_aW86_v.1_16W1_2W1.2_2W23_wWa.1W8_xW9.m_mW4.12_lW7.k_nW9_1zW7.4_k.gW9_1oW7.1Wa_1.2_pW7_a" +
  "W6_1hW1_aW4.4W8_10W2.1W9_1xW4.4W1.dW1.1W3.1_k.b_iW1_11W6.4W1q_7W1_1W1_4W1_fW1_aW1.6_1nW5_aW6_4W1_8W2_2W2_mW1_7" +
  "W1_2W1_5W1_aW2_2W2_3W2_1W6_1W5_7W2_7W3_5W3v_23W5.aW2.1_1.4Wu_1yW1.1W8_aW4m_1iW2_9Wn.6Wy_1tW3.1Wb_aW6_d.j_1lW1." +
  "6_aW1i_rW2_fW4_aW6.7W55_1nW1.2s_22W9.c_8W2_1W2_8W1_2W1_uW1_2W2_9W3.9_aW1y_8W2_1aW2_8W1.2Wr_1rW8.1W8_22W3.1W5.d" +
  "_21W7_a.6u_9W1_19W1_9W5.a_aWj.3_2.uW2_mW1_eW21_7W1_2W1_18W3_1W1_2W1_9W8_aW6_6W1_2W1_11W1_2W1_6W7_aW8m_nW2.7_hW" +
  "1_15W3_5Wd.aW2e_1Wf_1e.d_1.pmW2u_33.1_5.b_5gW218_2pW2.d_tsWg.mW33e_g7W6nt_ftW7_vW1_aW4_2.27W1_aW6_uW2_5W1.a_1j" +
  "W9.4W2.a_aW1_7.1_lW5_jWj4_1sWr.2t_23W4_1lW7_hW1s_2W1.1O1Wb_2Oe_4qgW8_yeW16_9W6w7_4O1_7O1_2O1_83Of_1Ot_3O2_1Oe_" +
  "4O8_b0W1s4_2zW5_dW3_9W7_aW2_1.2W5.3mk_1aW2_nW9_38.1o_6u.a_13.2_1o.5W3.6W8.8W2.7Wu.4W1p.l_1u.3W1.3e_k.c_k.c_2f." +
  "9_p.3r_2dW1_1zW1_2W2_1W2_2W2_4W1_cW1_1W1_7W1_1tW1_4W2_8W1_7W1_sW1_4W1_5W1_1W3_7W1_9gW2_pW1.pW1.vW1.pW1.vW1.pW1" +
  ".vW1.pW1.vW1.pW1.8W2_1eWe8.1jW4.1eW8.1We.1W7.f_5W1_fWuo_vW6_6W5x_7W1_hW2_7W1_2W1_5W5_1qWx_1W34_19W3_eW2_aW4_1W" +
  "1.8w_vWh_1mW5_1.cw_16Wkm_7W1_4W1_2W1_fW1_5hW2_9.7W15_24W4_aW4_2.lt_1w.24_1p.5e_4W1_rW1_2W1_1W2_1W1_aW1_4W1_1W1" +
  "_1W6_1W4_1W1_1W1_1W1_3W1_2W1_1W2_1W1_1W1_1W1_1W1_1W1_2W1_1W2_4W1_7W1_4W1_4W1_1W1_aW1_hW5_3W1_5W1_hW1g_2.7i_18." +
  "4_2s.c_f.2_f.1_f.1_11.a_4u.1k_t.d_18.4_9.7_2.e_6.4a_rc.4_h.3_d.3_3b.4_2n.6_c.4_1.f_c.4_1k.8_a.6_14.8_u.2_2.26_" +
  "9g.c_e.2_d.3_9.7_1a.1_7.8_e.4_9.7_9.7_43.1_1j.11_aWsm_wyoOw_37eO6_66O2_4g2Oe_5rlO2e7_f2O15u_3t7O5_38gOf975_1.u" +
  "_2o.3k_6oW1e6o_1eke.2_1eke.2_";

const codePoints = 0x110000;
const classNumbers: readonly CharacterClass[] = ["unassigned", "other", "word", "alone"];
let table: Uint8Array | undefined;

/** One byte for each code point: a megabyte, made when the first text beyond ASCII is read. */
function readRuns(): Uint8Array {
  const classes = new Uint8Array(codePoints);
  let from = 0;
  for (const [, length = "", letter = ""] of runs.matchAll(/([0-9a-z]+)([WO._])/g)) {
    const to = from + Number.parseInt(length, 36);
    classes.fill(classNumbers.indexOf(classNames[letter] ?? "unassigned"), from, to);
    from = to;
  }
  return classes;
}

/** The class of a code point. */
export function characterClass(codePoint: number): CharacterClass {
  table ??= readRuns();
  return classNumbers[table[codePoint] ?? 0] ?? "unassigned";
}
