//! A very small H.264 encoder: one still picture, over which the camera drifts.
//!
//! Constrained Baseline, CAVLC. The first picture is an IDR of `I_PCM` macroblocks, which is to say the samples
//! themselves; every other one is a P picture that only says "the IDR, moved by so much". No transform, no rate
//! control, and a few dozen bytes a picture. The rules quoted are those of ITU-T H.264 (08/2021).

use super::bitstream::{BitWriter, nal_unit};
use super::frame::{Frame, MARGIN, MARGIN_LEFT, Size};

/// Pictures a second.
pub(crate) const FRAMES_PER_SECOND: u32 = 24;

/// Profile, constraint flags and level as they stand in the sequence parameters and again in the MP4.
pub(crate) const PROFILE: [u8; 3] = [66, 0b1100_0000, 31];

const NAL_SPS: u8 = 0x67;
const NAL_PPS: u8 = 0x68;
const NAL_IDR: u8 = 0x65;
/// `nal_ref_idc` 0: nothing refers to a P picture, so the IDR stays the only reference.
const NAL_P: u8 = 0x01;
const FRAME_NUM_BITS: u8 = 4;
const ORDER_BITS: u8 = 12;
/// How far the camera goes, in quarter pixels; within the margin (128 quarter pixels) with room for the filter taps.
const REACH: i32 = 96;

/// Where the camera drifts to first: the signs of the horizontal and the vertical movement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drift {
    /// To the right?
    pub(crate) right: bool,
    /// Down?
    pub(crate) down: bool,
}

/// The coded stream: parameters apart, as MP4 wants them, and one NAL unit per picture.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) sps: Vec<u8>,
    pub(crate) pps: Vec<u8>,
    pub(crate) pictures: Vec<Vec<u8>>,
}

/// Encodes `seconds` of drifting over `frame`.
pub(crate) fn encode(frame: &Frame, seconds: u32, drift: Drift) -> Stream {
    let count = (seconds * FRAMES_PER_SECOND).max(1);
    let mut pictures = vec![idr(frame)];
    pictures.extend((1..count).map(|n| moved(frame.macroblocks(), n, vector(n, count, drift))));
    Stream {
        sps: sequence_parameters(frame.visible),
        pps: picture_parameters(),
        pictures,
    }
}

fn sequence_parameters(visible: Size) -> Vec<u8> {
    let coded = visible.coded();
    let mut bits = BitWriter::default();
    bits.raw(&PROFILE);
    bits.ue(0); // seq_parameter_set_id
    bits.ue(u32::from(FRAME_NUM_BITS - 4));
    bits.ue(0); // pic_order_cnt_type: type 2 forbids two non-reference pictures in a row
    bits.ue(u32::from(ORDER_BITS - 4));
    bits.ue(1); // max_num_ref_frames
    bits.bit(false); // gaps_in_frame_num_value_allowed_flag
    bits.ue(coded.width / 16 - 1);
    bits.ue(coded.height / 16 - 1);
    bits.bit(true); // frame_mbs_only_flag
    bits.bit(true); // direct_8x8_inference_flag
    cropping(&mut bits, visible, coded);
    usability(&mut bits);
    nal_unit(NAL_SPS, &bits.finish())
}

/// The margin is coded but not shown. Offsets count in pairs of pixels (4:2:0).
fn cropping(bits: &mut BitWriter, visible: Size, coded: Size) {
    bits.bit(true);
    bits.ue(MARGIN_LEFT / 2);
    bits.ue((coded.width - visible.width - MARGIN_LEFT) / 2);
    bits.ue(MARGIN / 2);
    bits.ue((coded.height - visible.height - MARGIN) / 2);
}

/// The VUI: colours, 24 pictures a second, and nothing reordered, so that a player shows each picture at once.
fn usability(bits: &mut BitWriter) {
    bits.bit(true);
    bits.bit(false); // aspect_ratio_info_present_flag
    bits.bit(false); // overscan_info_present_flag
    bits.bit(true); // video_signal_type_present_flag
    bits.bits(5, 3); // video_format: unspecified
    bits.bit(false); // limited range
    bits.bit(true); // colour description: primaries, transfer, matrix of BT.601
    for _ in 0..3 {
        bits.bits(6, 8);
    }
    bits.bit(false); // chroma_loc_info_present_flag
    bits.bit(true); // timing_info_present_flag
    bits.bits(1, 32);
    bits.bits(2 * FRAMES_PER_SECOND, 32); // in fields
    bits.bit(true); // fixed_frame_rate_flag
    bits.bit(false); // no NAL HRD
    bits.bit(false); // no VCL HRD
    bits.bit(false); // pic_struct_present_flag
    restrictions(bits);
}

fn restrictions(bits: &mut BitWriter) {
    bits.bit(true); // bitstream_restriction_flag
    bits.bit(true); // motion_vectors_over_pic_boundaries_flag
    for value in [0, 0, 9, 9, 0, 1] {
        bits.ue(value); // no size bounds, vectors up to 2^9 quarter pixels, 0 reordered, 1 buffered
    }
}

fn picture_parameters() -> Vec<u8> {
    let mut bits = BitWriter::default();
    bits.ue(0); // pic_parameter_set_id
    bits.ue(0); // seq_parameter_set_id
    bits.bit(false); // entropy_coding_mode_flag: CAVLC
    bits.bit(false); // bottom_field_pic_order_in_frame_present_flag
    bits.ue(0); // one slice group
    bits.ue(0); // one reference in list 0
    bits.ue(0); // and in list 1
    bits.bit(false); // weighted_pred_flag
    bits.bits(0, 2); // weighted_bipred_idc
    bits.se(0); // pic_init_qp
    bits.se(0); // pic_init_qs
    bits.se(0); // chroma_qp_index_offset
    bits.bit(true); // deblocking_filter_control_present_flag
    bits.bit(false); // constrained_intra_pred_flag
    bits.bit(false); // redundant_pic_cnt_present_flag
    nal_unit(NAL_PPS, &bits.finish())
}

/// The header up to the picture order count. `kind` is 7 for "all I", 5 for "all P".
fn slice_header(bits: &mut BitWriter, kind: u32, picture: u32) {
    bits.ue(0); // first_mb_in_slice
    bits.ue(kind);
    bits.ue(0); // pic_parameter_set_id
    bits.bits(u32::from(picture > 0), FRAME_NUM_BITS); // one more than the only reference picture's
    if picture == 0 {
        bits.ue(0); // idr_pic_id
    }
    bits.bits((2 * picture) % (1 << ORDER_BITS), ORDER_BITS);
}

fn slice_tail(bits: &mut BitWriter) {
    bits.se(0); // slice_qp_delta
    bits.ue(1); // disable_deblocking_filter_idc: there are no coding artefacts to smooth
}

fn idr(frame: &Frame) -> Vec<u8> {
    let mut bits = BitWriter::default();
    slice_header(&mut bits, 7, 0);
    bits.bits(0, 2); // no_output_of_prior_pics_flag, long_term_reference_flag
    slice_tail(&mut bits);
    let (columns, rows) = frame.macroblocks();
    let mut samples = Vec::with_capacity(384);
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        bits.ue(25); // I_PCM
        bits.align_zero();
        samples.clear();
        frame.macroblock(column, row, &mut samples);
        bits.raw(&samples);
    }
    nal_unit(NAL_IDR, &bits.finish())
}

/// A picture that is the IDR moved by `vector`.
fn moved(grid: (u32, u32), picture: u32, vector: (i32, i32)) -> Vec<u8> {
    let mut bits = BitWriter::default();
    slice_header(&mut bits, 5, picture);
    bits.bit(false); // num_ref_idx_active_override_flag
    bits.bit(false); // ref_pic_list_modification_flag_l0
    slice_tail(&mut bits);
    if vector == (0, 0) {
        bits.ue(grid.0 * grid.1); // every macroblock skipped: the IDR again
    } else {
        moved_macroblocks(&mut bits, grid, vector);
    }
    nal_unit(NAL_P, &bits.finish())
}

/// A skipped macroblock moves like its neighbours only where it has one to the left and one above (8.4.1.1), so the
/// first row and the first column say that they move; the prediction (8.4.1.3) is right for all but the very first.
fn moved_macroblocks(bits: &mut BitWriter, (columns, rows): (u32, u32), vector: (i32, i32)) {
    explicit(bits, 0, vector);
    for _ in 1..columns {
        explicit(bits, 0, (0, 0));
    }
    for row in 1..rows {
        explicit(bits, if row == 1 { 0 } else { columns - 1 }, (0, 0));
    }
    if rows > 1 {
        bits.ue(columns - 1);
    }
}

/// `skipped` macroblocks, then one `P_L0_16x16` without residual.
fn explicit(bits: &mut BitWriter, skipped: u32, difference: (i32, i32)) {
    bits.ue(skipped);
    bits.ue(0); // P_L0_16x16
    bits.se(difference.0);
    bits.se(difference.1);
    bits.ue(0); // coded_block_pattern 0 of an inter macroblock
}

/// The camera's place at picture `n` of `count`, in quarter pixels: one round to the side, two up and down.
fn vector(n: u32, count: u32, drift: Drift) -> (i32, i32) {
    let side = wave(n, count);
    let up = wave(2 * n % count, count) / 2;
    (
        if drift.right { side } else { -side },
        if drift.down { up } else { -up },
    )
}

/// Two parabolas that together look like a sine, from 0 over `REACH`, 0 and `-REACH` back to 0.
fn wave(n: u32, count: u32) -> i32 {
    const HALF: i32 = 2048;
    let phase = i32::try_from(n * 4096 / count.max(1)).unwrap_or(0);
    let within = phase % HALF;
    let height = within * (HALF - within) / 1024 * REACH / 1024;
    if phase < HALF { height } else { -height }
}
