"""The commands that cameras and recorders of both generations have in common."""

from collections.abc import Mapping
from typing import Unpack, override

from . import answers, answers_alarm, answers_video
from .clock_setting import ClockSimulator
from .device import Handler, UnknownChannelError
from .outputs import RestartSimulator
from .picture_setting import PictureSimulator
from .ptz import PtzSimulator
from .recording_commands import RecordingCommands
from .state import Answer, Request, Settings, SimStream
from .xml_text import Content, cdata

POLLED_AS = {"vehiceAlarm": "vehicleAlarm", "VFDAlarm": "vfdAlarm", "sensorAlarm": "sensorAlarmIn"}
"""Fields whose name in a post differs from the one in the poll."""


class ViewtronSimulator(RecordingCommands, PtzSimulator, RestartSimulator, ClockSimulator, PictureSimulator):
    """A device with the shared commands; each kind adds its own to `commands`."""

    stream_base = 1

    def __init__(self, **settings: Unpack[Settings]) -> None:
        """Set up what every kind answers."""
        super().__init__(**settings)
        self.input_names_inside = False
        """Whether GetAlarmInInfo tells the names of the inputs."""
        self.commands |= {
            "GetDeviceInfo": self.get_device_info,
            "GetDiskInfo": self.get_disk_info,
            "GetAlarmStatus": self.get_alarm_status,
            "GetSnapshot": self.get_snapshot,
            "GetVideoStreamConfig": self.get_video_stream_config,
            "GetAlarmInConfig": self.get_alarm_in_config,
            "GetMotionConfig": self.get_motion_config,
        }
        old: dict[str, Handler] = {"GetStreamCaps": self.get_stream_caps, "GetPortConfig": self.get_port_config}
        if not self.v2:
            self.commands |= old
        else:
            self.commands |= {
                "GetSupportedAPIs": self.get_supported_apis,
                "GetChannelInfo": self.get_channel_info,
                "GetAlarmInInfo": self.get_alarm_in_info,
                "GetAudioStreamConfig": self.get_audio_stream_config,
            }
            if self.field:
                # Names of the first generation stay callable in the field although nothing lists them.
                self.commands |= old
                self.unlisted |= set(old)

    @override
    def forget_states(self) -> None:
        """Lose what does not survive a restart."""
        super().forget_states()
        self.stand_still()

    def set_alarm(self, field: str, state: bool, number: int = 1) -> None:
        """Set what the poll tells of an alarm, given the field of the post or of the poll."""
        self.alarms.setdefault(POLLED_AS.get(field, field), {})[number] = state

    def polled_alarms(self) -> Mapping[str, Mapping[int, bool]]:
        """Return what the poll tells."""
        return self.alarms

    def stream_name(self, channel: int, stream: SimStream) -> str:
        """Return the name of a channel's stream, which is a camera's RTSP path."""
        return stream.name

    def identity_rows(self) -> dict[str, Content]:
        """Return what GetDeviceInfo and GetDeviceDetail both tell of the device."""
        return {
            "deviceName": self.name,
            "deviceDescription": self.device_description,
            "model": self.model,
            "brand": self.brand,
            "sn": self.serial,
            "mac": self.mac,
            "softwareVersion": cdata("softwareVersion", self.software_version, padding="\n", type="string"),
            "softwareBuildDate": self.build_date,
            "kernelVersion": "4.9.118",
            "hardwareVersion": self.hardware,
        }

    def count_rows(self) -> dict[str, Content]:
        """Return the numbers of inputs and outputs."""
        return {"alarmInCount": self.alarm_in_count, "alarmOutCount": self.alarm_out_count}

    def system_rows(self) -> dict[str, Content]:
        """Return the abilities that both commands tell."""
        return {
            "chlMaxCount": self.chl_max_count,
            "audioInCount": 1,
            "audioOutCount": 1,
            "integratedPtz": self.has_ptz,
            "supportRS485Ptz": False,
            "supportSDCard": not self.nvr,
        }

    def get_device_info(self, request: Request) -> Answer:
        """Answer GetDeviceInfo."""
        rows = self.identity_rows() | {
            "apiVersion": self.api_version,
            "httpPostVersion": self.http_post_version,
            **self.system_rows(),
            **self.count_rows(),
        }
        return Answer(body=answers.device_info(self.config_version, rows))

    def get_disk_info(self, request: Request) -> Answer:
        """Answer GetDiskInfo."""
        # In the field an element of the other generation turns up: see the tables of both papers.
        named_status = self.v2 or self.field
        return Answer(body=answers.disk_info(self.config_version, self.disks, v2=named_status, nvr=self.nvr))

    def get_alarm_status(self, request: Request) -> Answer:
        """Answer GetAlarmStatus."""
        body = answers_alarm.alarm_status(
            self.config_version, self.polled_alarms(), complete=self.alarms_complete, as_items=self.field
        )
        return Answer(body=body)

    def get_snapshot(self, request: Request) -> Answer:
        """Answer GetSnapshot with a picture of this second, or fail when the channel has none."""
        channel = self.channel(request.channel)
        if channel.status in ("offline", "videoLoss"):
            return self.fail(12 if self.v2 else 1)
        content_type = "application/octet-stream" if self.field else "image/jpeg"
        return Answer(body=self.scene(channel), content_type=content_type)

    def get_video_stream_config(self, request: Request) -> Answer:
        """Answer GetVideoStreamConfig."""
        channel = self.channel(request.channel)
        names = [self.stream_name(channel.id, stream) for stream in self.streams]
        body = answers_video.video_streams(
            self.config_version, self.streams, names, first_id=self.stream_base, limits=self.v2
        )
        return Answer(body=body)

    def get_stream_caps(self, request: Request) -> Answer:
        """Answer GetStreamCaps."""
        channel = self.channel(request.channel)
        names = [self.stream_name(channel.id, stream) for stream in self.streams]
        body = answers_video.stream_caps(
            self.config_version, self.streams, names, first_id=self.stream_base, rtsp_port=self.rtsp_port
        )
        return Answer(body=body)

    def get_port_config(self, request: Request) -> Answer:
        """Answer GetPortConfig."""
        return Answer(body=answers_video.ports(self.config_version, http=self.port, rtsp=self.rtsp_port))

    def get_alarm_in_config(self, request: Request) -> Answer:
        """Answer GetAlarmInConfig, whose number is the input's."""
        number = request.channel or 1
        for entry in self.alarm_inputs:
            if entry.id == number:
                body = answers_alarm.alarm_in_config(self.config_version, entry, self.alarm_out_count)
                return Answer(body=body)
        raise UnknownChannelError(number)

    def get_motion_config(self, request: Request) -> Answer:
        """Answer GetMotionConfig."""
        self.channel(request.channel)
        return Answer(body=answers_alarm.motion_config(self.config_version, self.alarm_out_count))

    def get_supported_apis(self, request: Request) -> Answer:
        """Answer GetSupportedAPIs: in the field with names twice and a count that fits nothing."""
        names = [name for name in self.commands if self.offers(name) and name not in self.unlisted]
        claimed = len(names)
        if self.field:
            names += names[:3]
            claimed = len(names) + 18
        return Answer(body=answers.supported_apis(self.config_version, names, claimed=claimed))

    def get_channel_info(self, request: Request) -> Answer:
        """Answer GetChannelInfo; recorders in the field also tell the cameras' addresses."""
        addresses: dict[int, str] = {}
        if self.field and self.nvr:
            addresses = {channel.id: f"192.0.2.{100 + channel.id}" for channel in self.channels}
        heads = self.ptz_channels if self.nvr else set[int]()
        return Answer(body=answers.channel_info(self.config_version, self.channels, addresses, heads))

    def get_alarm_in_info(self, request: Request) -> Answer:
        """Answer GetAlarmInInfo."""
        return Answer(
            body=answers_alarm.alarm_in_info(self.config_version, self.alarm_inputs, names=self.input_names_inside)
        )

    def get_audio_stream_config(self, request: Request) -> Answer:
        """Answer GetAudioStreamConfig."""
        self.channel(request.channel)
        return Answer(body=answers_video.audio_stream(self.config_version))
